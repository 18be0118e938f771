-- Lists conversations, or what has become of them.
-- ARGV: 1 most of the assistant's alone, 2 ms by which clocks never differ, 3 how many rows of care follow, each as conversation,
--       at, its JSON (or empty), the live row's JSON where there is none; then live rows, each as conversation, changedAt, JSON
-- Gives: 1
-- Quotes inside of texts are escaped, so the first match is the field.
local function changedAt(id)
  return tonumber(string.match(redis.call('HGET', live, id) or '', '"changedAt":(%d+)') or 0)
end

local at = 4
for _ = 1, tonumber(ARGV[3]) do
  local id, told, row, bare = ARGV[at], tonumber(ARGV[at + 1]), ARGV[at + 2], ARGV[at + 3]
  if told >= tonumber(redis.call('HGET', careAt, id) or 0) then
    redis.call('HSET', careAt, id, ARGV[at + 1])
    if row ~= '' then redis.call('HSET', care, id, row) else redis.call('HDEL', care, id) end
    redis.call('HSETNX', live, id, bare)
    changed(id)
  end
  at = at + 4
end
while at < #ARGV do
  local laterMs = changedAt(ARGV[at]) - tonumber(ARGV[at + 1])
  if laterMs <= 0 or laterMs >= tonumber(ARGV[2]) then
    redis.call('HSET', live, ARGV[at], ARGV[at + 2])
    changed(ARGV[at])
  end
  at = at + 3
end
local extra = redis.call('ZCARD', recent) - tonumber(ARGV[1])
if extra > 0 then
  for _, id in ipairs(redis.call('ZRANGE', recent, 0, extra - 1)) do
    redis.call('HDEL', live, id)
    changed(id)
  end
end
return 1
