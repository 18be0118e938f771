-- A node stops attending, unless it has come back meanwhile (S7).
-- KEYS: the conversation's six
-- ARGV: 1 node, 2 the visit that ends
-- Gives: 1 when it is gone now
if redis.call('HGET', watchers, ARGV[1]) ~= ARGV[2] then return 0 end
redis.call('HDEL', watchers, ARGV[1])
-- Not where the conversation is over: it would be a beginning of another one.
if field('id') ~= '' then redis.call('HSET', conversation, 'leftAt', now()) end
return 1
