-- Settles the course after a slot, unless another node has done so (A9).
-- KEYS: 1 hash, the course and its slot; 2 hash, `slot|name` to count; 3 hash, not used here
-- ARGV: 1 the slot that the course was at (or empty), 2 the slot that it is at now, 3 the course as JSON
-- Gives: 1 when it was settled
local course, seen = KEYS[1], KEYS[2]
if (redis.call('HGET', course, 'slot') or '') ~= ARGV[1] then return 0 end
redis.call('HSET', course, 'slot', ARGV[2], 'course', ARGV[3])
for _, field in ipairs(redis.call('HKEYS', seen)) do
  if tonumber(string.match(field, '^%d+')) <= tonumber(ARGV[2]) then redis.call('HDEL', seen, field) end
end
return 1
