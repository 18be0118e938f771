-- The agents who are connected to a node.
-- ARGV: 1 node, 2 their JSON (or empty), 3 ms after which an agent that was not seen is forgotten, 4… the ids of these agents
-- Gives: 1
local now = nowMs()
if ARGV[2] ~= '' then redis.call('HSET', nodes, ARGV[1], now .. '|' .. ARGV[2]) else redis.call('HDEL', nodes, ARGV[1]) end
for at = 4, #ARGV do redis.call('HSET', seen, ARGV[at], now) end
local seenAt = redis.call('HGETALL', seen)
for at = 1, #seenAt, 2 do
  if now - tonumber(seenAt[at + 1]) > tonumber(ARGV[3]) then redis.call('HDEL', seen, seenAt[at]) end
end
return 1
