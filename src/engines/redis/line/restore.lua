-- Takes in who waited, should the line have been lost; those who are in it keep their places (A12).
-- ARGV: 2 node, 3 JSON list of conversation, class, ticket, …; 4 the life of the line in which they waited, or empty
-- Gives: 1
local kept = cjson.decode(ARGV[3])
-- This line's numbers go on behind theirs: they stand in it where they stood.
local isOther = isAnother(ARGV[4])
for at = 1, #kept, 3 do
  local conversation, class, ticket = unpack(kept, at, at + 2)
  local known = read(conversation)
  -- It may have come as a newcomer meanwhile.
  if not known or isOther and isBehind(known, class, ticket) then
    local entry = known or newEntry(conversation, class, ARGV[2])
    entry.ticket = ticket
    if isOther then putAmong(entry) else putBefore(entry) end
  end
end
save()
return 1
