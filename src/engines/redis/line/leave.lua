-- Gives a place up (A7).
-- ARGV: 2 conversation
-- Gives: 1 when it was waiting
local mostLeft = 20000
local entry = read(ARGV[2])
if not entry then return 0 end
if entry.number ~= 0 then
  -- Of what is being answered only that is given up which has come since.
  askNoMore(entry)
  for at = #entry.asks, entry.early + 1, -1 do entry.asks[at] = nil end
  write(entry)
  save()
  return 0
end
if entry.place == 'line' then
  s.leftSeq = s.leftSeq + 1
  redis.call('ZADD', left, s.leftSeq, entry.class .. ':' .. entry.ticket)
  redis.call('ZREMRANGEBYRANK', left, 0, -mostLeft - 1)
end
takeOut(entry)
forget(ARGV[2])
save()
return 1
