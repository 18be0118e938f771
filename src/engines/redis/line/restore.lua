-- Takes in who waited, should the line have been lost; those who are in it keep their places (A12).
-- ARGV: 2 node, 3 JSON list of conversation, class, ticket, …
-- Gives: 1
local kept = cjson.decode(ARGV[3])
for at = 1, #kept, 3 do
  if not read(kept[at]) then
    local entry = newEntry(kept[at], kept[at + 1], ARGV[2])
    entry.ticket = kept[at + 2]
    putBefore(entry)
  end
end
save()
return 1
