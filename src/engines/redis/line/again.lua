-- Puts a grant back at its own ticket, to be granted again later (U4).
-- ARGV: 2 conversation, 3 number, 4 wait in ms, 5 '1' where nobody writes it any more, 6 class, 7 the life of the line that gave it and
--       8 the node to which, or both empty
-- Gives: 1, or 0 when it is another's
local conversation, number, class, life, node = ARGV[2], ARGV[3], ARGV[6], ARGV[7], ARGV[8]

-- Gives: what another line had granted before this one, unless this one has granted it as well
local function forgotten()
  local known = read(conversation)
  if not isAnother(life) or known and known.number ~= 0 then return nil end
  if known then
    noteLeft(known)
    takeOut(known)
    known.early = #known.asks
  end
  local entry = known or newEntry(conversation, class, node)
  entry.ticket, entry.number, entry.node = 0, tonumber(number), node
  return entry
end

local entry = granted(conversation, number) or forgotten()
if not entry then return 0 end
entry.isFree = ARGV[5] == '1'
putBack(entry, now + tonumber(ARGV[4]))
save()
return 1
