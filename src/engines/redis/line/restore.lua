-- Takes in who waited, should the line have been lost; those who are in it keep their places (A12).
-- ARGV: 2 node, 3 JSON list of conversation, class, ticket, …; 4 the life of the line in which they waited, or empty
-- Gives: 1
local kept = cjson.decode(ARGV[3])
-- This line's numbers go on behind theirs: they stand in it where they stood.
local isOther = ARGV[4] ~= '' and s.life ~= ARGV[4]
for at = 1, #kept, 3 do
  if not read(kept[at]) then
    local entry = newEntry(kept[at], kept[at + 1], ARGV[2])
    entry.ticket = kept[at + 2]
    if isOther then putAmong(entry) else putBefore(entry) end
  end
end
save()
return 1
