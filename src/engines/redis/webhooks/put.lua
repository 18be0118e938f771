-- Puts deliveries that were not put before (W2), and drops the oldest where there are too many (W3).
-- ARGV: 1 most that wait, 2 ms for which a delivery is remembered, 3 life of all in ms, then pairs of id and body
-- Gives: how many were dropped
local now, most = nowMs(), tonumber(ARGV[1])
redis.call('ZREMRANGEBYSCORE', seen, '-inf', now - tonumber(ARGV[2]))
for at = 4, #ARGV, 2 do
  local id = ARGV[at]
  if not redis.call('ZSCORE', age, id) and redis.call('ZADD', seen, 'NX', now, id) == 1 then
    redis.call('HSET', bodies, id, '0|' .. ARGV[at + 1])
    redis.call('ZADD', due, now, id)
    redis.call('ZADD', age, now, id)
  end
end
redis.call('ZREMRANGEBYRANK', seen, 0, -most - 1)
local extra = redis.call('ZCARD', age) - most
if extra > 0 then
  for _, id in ipairs(redis.call('ZRANGE', age, 0, extra - 1)) do remove(id) end
end
for _, key in ipairs(KEYS) do redis.call('PEXPIRE', key, ARGV[3]) end
return math.max(0, extra)
