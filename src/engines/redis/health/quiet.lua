-- Notes that a model is to be left alone for a while (A10). A note only ever makes that longer.
-- KEYS: 1 hash, the course and its slot; 2 hash, `slot|name` to count; 3 hash, model to the time until which it is quiet
-- ARGV: 1 model, 2 for how long in ms, 3 the time in ms for tests (or empty)
-- Gives: 1
local quiet = KEYS[3]
local time = redis.call('TIME')
local now = ARGV[3] ~= '' and tonumber(ARGV[3]) or time[1] * 1000 + time[2] / 1000
local known = tonumber(redis.call('HGET', quiet, ARGV[1]) or 0)
redis.call('HSET', quiet, ARGV[1], string.format('%.17g', math.max(known, now + tonumber(ARGV[2]))))
return 1
