-- Adds what a node has seen of the relay to the slot of now (A9), and tells what all have seen.
-- KEYS: 1 hash, the course and its slot; 2 hash, `slot|name` to count; 3 hash, model to the time until which it is quiet
-- ARGV: 1 length of a slot in ms, 2 the time in ms for tests (or empty), 3… name, amount, …
-- Gives: { slot of now, course or nil, everything seen that is not settled: `slot|name`, count, …; quiet models: model, ms left, … }
local course, seen, quiet = KEYS[1], KEYS[2], KEYS[3]
local time = redis.call('TIME')
local now = ARGV[2] ~= '' and tonumber(ARGV[2]) or time[1] * 1000 + time[2] / 1000
local slot = math.floor(now / tonumber(ARGV[1]))

for at = 3, #ARGV, 2 do
  redis.call('HINCRBY', seen, string.format('%d|%s', slot, ARGV[at]), ARGV[at + 1])
end

local left = {}
local models = redis.call('HGETALL', quiet)
for at = 1, #models, 2 do
  local ms = math.ceil(tonumber(models[at + 1]) - now)
  if ms > 0 then
    left[#left + 1], left[#left + 2] = models[at], tostring(ms)
  else
    redis.call('HDEL', quiet, models[at])
  end
end
return { slot, redis.call('HGET', course, 'course'), redis.call('HGETALL', seen), left }
