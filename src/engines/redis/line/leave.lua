-- Gives a place up (A7).
-- ARGV: 3 conversation
-- Gives: 1 when it was waiting
local entry = read(ARGV[3])
if not entry then return 0 end
if entry.asksMore then held = held - 1 end
if entry.place == 'granted' then
  entry.asksMore = false
  write(entry)
  save()
  return 0
end
if entry.place == 'line' then
  local seq = redis.call('HINCRBY', state, 'leftSeq', 1)
  redis.call('ZADD', left, seq, entry.class .. ':' .. entry.ticket)
  redis.call('ZREMRANGEBYRANK', left, 0, -mostLeft - 1)
end
takeOut(entry)
redis.call('HDEL', entries, ARGV[3])
save()
return 1
