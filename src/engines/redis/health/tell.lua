-- Adds what a node has seen of the relay to the slot of now (A9).
-- KEYS: 1 hash, the course and its slot; 2 hash, `slot|name` to count
-- ARGV: 1 length of a slot in ms, 2 the time in ms for tests (or empty), 3… name, amount, …
-- Gives: { slot of now, course or nil, everything seen that is not settled: `slot|name`, count, … }
local course, seen = KEYS[1], KEYS[2]
local time = redis.call('TIME')
local now = ARGV[2] ~= '' and tonumber(ARGV[2]) or time[1] * 1000 + time[2] / 1000
local slot = math.floor(now / tonumber(ARGV[1]))

for at = 3, #ARGV, 2 do
  redis.call('HINCRBY', seen, string.format('%d|%s', slot, ARGV[at]), ARGV[at + 1])
end
return { slot, redis.call('HGET', course, 'course'), redis.call('HGETALL', seen) }
