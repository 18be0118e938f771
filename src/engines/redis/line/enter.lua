-- Some enter the line one after the other; each begins at once where nobody waits (A1, A3, A4, A5).
-- ARGV: 2… of each: conversation, class, node, '1' for one that is owed, what is asked (see asks.lua)
-- Gives: for each { 'granted', number } | { 'waiting', class, ticket, position, or 0 where it cannot be known } | { 'held' } | { 'shed', how many wait }
local acceptAt = { vip = 7, member = 8, guest = 9 }
local isChanged = false

local function isFull(class, owed)
  local count = waiting()
  return not owed and count >= setting(acceptAt[class]) and { 'shed', count } or nil
end

local function askMore(entry, owed, asks)
  local new = newAsks(entry, asks)
  if entry.number ~= 0 and #new > 0 and not entry.asksMore then
    local full = isFull(entry.class, owed)
    if full then return full end
    isChanged, entry.asksMore, s.held = true, true, s.held + 1
  end
  addAsks(entry, new)
  if #new > 0 then write(entry) end
  return entry.number == 0 and asWaiting(entry) or { 'held' }
end

-- A node that was not heard of yet can take at least what it asks for.
local function mayBegin(class, node)
  return standing() == 0 and mayStart() and not isPaused(class) and (not nodeAt(node) or roomAt(node) > 0)
end

local function enter(conversation, class, node, owed, asks)
  local known = read(conversation)
  if known then return askMore(known, owed, asks) end
  local entry = newEntry(conversation, class, node)
  addAsks(entry, newAsks(entry, asks))
  if mayBegin(class, node) then
    isChanged = true
    grant(entry, node)
    return { 'granted', entry.number }
  end
  local full = isFull(class, owed)
  if full then return full end
  isChanged = true
  append(entry)
  -- Nobody has a higher ticket. Where a line was lost, those who stood in it are not here yet.
  return { 'waiting', class, entry.ticket, s.life ~= '' and count(line[class]) or 0 }
end

local entered = {}
for at = 2, #ARGV - 15, 5 do
  entered[#entered + 1] = enter(ARGV[at], ARGV[at + 1], ARGV[at + 2], ARGV[at + 3] == '1', ARGV[at + 4])
end
if isChanged then
  saveNodes()
  save()
end
return entered
