-- Notes how a node is, and gives how all of them are and what operators have ordered.
-- KEYS: 1 hash, node to `ms|figures`; 2 hash, the orders and their revision
-- ARGV: 1 node, 2 its figures as JSON, 3 ms of silence after which a node is forgotten, 4 the revision that the node knows,
--       5 the time in ms for tests (or empty)
-- Gives: { node, ms since it was heard of, figures, … }, revision, orders as JSON (empty for none, and where they are known)
local nodes, orders = KEYS[1], KEYS[2]
local time = redis.call('TIME')
local now = ARGV[5] ~= '' and tonumber(ARGV[5]) or math.floor(time[1] * 1000 + time[2] / 1000)
redis.call('HSET', nodes, ARGV[1], string.format('%d|%s', now, ARGV[2]))
redis.call('PEXPIRE', nodes, 2 * tonumber(ARGV[3]))

local told = {}
local all = redis.call('HGETALL', nodes)
for at = 1, #all, 2 do
  local heardAt, figures = string.match(all[at + 1], '^(%d+)|(.*)$')
  -- The clock of another Redis may be behind.
  local ms = math.max(0, now - tonumber(heardAt or 0))
  if ms > tonumber(ARGV[3]) then
    redis.call('HDEL', nodes, all[at])
  else
    told[#told + 1], told[#told + 2], told[#told + 3] = all[at], tostring(ms), figures
  end
end
local revision = redis.call('HGET', orders, 'revision') or '0'
return { told, revision, revision ~= ARGV[4] and redis.call('HGET', orders, 'orders') or '' }
