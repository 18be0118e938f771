-- Replaces what operators have ordered, unless somebody else has done so meanwhile.
-- KEYS: 1 hash, node to `ms|figures`, not used here; 2 hash, the orders and their revision
-- ARGV: 1 the revision that is replaced, 2 the new one, 3 the orders as JSON
-- Gives: 1 when they were replaced
local orders = KEYS[2]
if (redis.call('HGET', orders, 'revision') or '0') ~= ARGV[1] then return 0 end
redis.call('HSET', orders, 'revision', ARGV[2], 'orders', ARGV[3])
return 1
