-- Takes in who waited, should the line have been lost; those who are in it keep their places (A12).
-- ARGV: 3 node, 4 JSON list of conversation, class, ticket, …
-- Gives: 1
local kept = cjson.decode(ARGV[4])
for at = 1, #kept, 3 do
  if not read(kept[at]) then
    local entry = newEntry(kept[at], kept[at + 1], ARGV[3])
    entry.ticket = kept[at + 2]
    putBefore(entry)
  end
end
save()
return 1
