-- Gives out what is due, each until its lease ends (W1).
-- ARGV: 1 most, 2 lease in ms
-- Gives: { id, how often it was claimed by now, body, …; ms until something is due again, or -1 where nothing is left }
local now, claims = nowMs(), {}
for _, id in ipairs(redis.call('ZRANGEBYSCORE', due, '-inf', now, 'LIMIT', 0, ARGV[1])) do
  local attempts, body = read(id)
  if attempts then
    local attempt = string.format('%d', attempts + 1)
    redis.call('HSET', bodies, id, attempt .. '|' .. body)
    redis.call('ZADD', due, now + tonumber(ARGV[2]), id)
    claims[#claims + 1], claims[#claims + 2], claims[#claims + 3] = id, attempt, body
  else
    remove(id)
  end
end
local first = redis.call('ZRANGE', due, 0, 0, 'WITHSCORES')
return { claims, first[2] and math.max(0, tonumber(first[2]) - now) or -1 }
