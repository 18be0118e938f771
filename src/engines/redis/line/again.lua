-- Puts a grant back at its own ticket, to be granted again later (U4).
-- ARGV: 3 conversation, 4 number, 5 wait in ms, 6 '1' where nobody writes it any more
-- Gives: 1, or 0 when it is another's
local entry = granted(ARGV[3], ARGV[4])
if not entry then return 0 end
entry.isFree = ARGV[6] == '1'
putBack(entry, now + tonumber(ARGV[5]))
save()
return 1
