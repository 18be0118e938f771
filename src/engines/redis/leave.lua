-- A node stops attending, unless it has come back meanwhile (S7).
-- KEYS: the conversation's six
-- ARGV: 1 node, 2 the visit that ends
-- Gives: 1 when it is gone now
if redis.call('HGET', watchers, ARGV[1]) ~= ARGV[2] then return 0 end
redis.call('HDEL', watchers, ARGV[1])
-- X2: strangers may come and go in any number; where nothing was said, whoever comes back finds no difference.
local isBare = redis.call('EXISTS', order) == 0 and hands() == 'assistant' and field('notes') == '' and field('score') == ''
if isBare and redis.call('HLEN', watchers) == 0 then
  for _, key in ipairs(KEYS) do redis.call('PEXPIRE', key, 10000, 'LT') end
end
-- Not where the conversation is over: it would be a beginning of another one.
if field('id') ~= '' then redis.call('HSET', conversation, 'leftAt', now()) end
return 1
