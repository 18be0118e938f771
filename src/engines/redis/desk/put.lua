-- Lists conversations, or what has become of them.
-- ARGV: 1 most of the assistant's alone, 2 how many rows of care follow, each as conversation, at, its JSON (or empty), the live
--       row's JSON where there is none; then live rows, each as conversation and JSON
-- Gives: 1
local at = 3
for _ = 1, tonumber(ARGV[2]) do
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
  redis.call('HSET', live, ARGV[at], ARGV[at + 1])
  changed(ARGV[at])
  at = at + 2
end
local extra = redis.call('ZCARD', recent) - tonumber(ARGV[1])
if extra > 0 then
  for _, id in ipairs(redis.call('ZRANGE', recent, 0, extra - 1)) do
    redis.call('HDEL', live, id)
    changed(id)
  end
end
return 1
