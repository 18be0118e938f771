-- Puts back what a node that is no more was to answer (A8).
-- ARGV: 3 node, 4 its work as a JSON list of conversation, class, …
-- Gives: 1
local node, work = ARGV[3], cjson.decode(ARGV[4])

local function putBackIts(conversation)
  local entry = read(conversation)
  if entry and entry.place == 'granted' and entry.node == node then putBack(entry, 0) end
end

for _, letter in ipairs(mailed(node)) do putBackIts(string.sub(letter, #node + 2)) end
redis.call('HDEL', nodes, node)
for at = 1, #work, 2 do putBackIts(work[at]) end
for at = 1, #work, 2 do
  if not read(work[at]) then
    local entry = newEntry(work[at], work[at + 1], node)
    entry.number = -1
    putBefore(entry)
  end
end
save()
return 1
