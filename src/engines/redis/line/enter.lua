-- Enters the line, or begins at once where nobody waits (A1, A3, A4, A5).
-- ARGV: 2 conversation, 3 class, 4 node, 5 '1' for one that is owed
-- Gives: { 'granted', number } | { 'waiting', class, ticket, position } | { 'held' } | { 'shed', how many wait }
local conversation, class, node, owed = ARGV[2], ARGV[3], ARGV[4], ARGV[5] == '1'
local acceptAt = { vip = 7, member = 8, guest = 9 }
local entry = read(conversation)

local function isFull(of)
  local count = waiting()
  return not owed and count >= setting(acceptAt[of]) and { 'shed', count } or nil
end

if entry then
  if entry.number == 0 then return asWaiting(entry) end
  if entry.asksMore then return { 'held' } end
  local full = isFull(entry.class)
  if full then return full end
  entry.asksMore, s.held = true, s.held + 1
  write(entry)
  save()
  return { 'held' }
end

entry = newEntry(conversation, class, node)
-- A node that was not heard of yet can take at least what it asks for.
if standing() == 0 and mayStart() and not isPaused(class) and (not nodeAt(node) or roomAt(node) > 0) then
  grant(entry, node)
  saveNodes()
  save()
  return { 'granted', entry.number }
end
local full = isFull(class)
if full then return full end
append(entry)
save()
-- Nobody has a higher ticket.
return { 'waiting', class, entry.ticket, count(line[class]) }
