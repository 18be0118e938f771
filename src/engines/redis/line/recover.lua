-- Puts back what a node that is no more was to answer (A8).
-- ARGV: 2 node, 3 its work as a JSON list of conversation, class, …
-- Gives: 1
local node, work = ARGV[2], cjson.decode(ARGV[3])

eachListed(owned, node, function(entry)
  entry.isFree = true
  putBack(entry, 0)
end)
redis.call('HDEL', nodes, node)
for at = 1, #work, 2 do
  local known = read(work[at])
  local entry = known or newEntry(work[at], work[at + 1], node)
  if not known then entry.number, entry.isFree = -1, true end
  addBegun(entry)
  if known then write(entry) else putBefore(entry) end
end
save()
return 1
