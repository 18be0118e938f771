-- Puts a grant back at its own ticket, to be granted again later (U4).
-- ARGV: 2 conversation, 3 number, 4 wait in ms, 5 '1' where nobody writes it any more
-- Gives: 1, or 0 when it is another's
local entry = granted(ARGV[2], ARGV[3])
if not entry then return 0 end
entry.isFree = ARGV[5] == '1'
putBack(entry, now + tonumber(ARGV[4]))
save()
return 1
