-- Some enter the line one after the other; each begins at once where nobody waits (A1, A3, A4, A5).
-- ARGV: 2… of each: conversation, class, node, '1' for one that is owed, the ids of what is asked joined by commas, '*' for what has
--       none, the life of the line that the node knows, and the ticket there, each or empty
-- Gives: for each { 'granted', number } | { 'waiting', class, ticket, position, or 0 where it cannot be known } | { 'held' } | { 'shed', how many wait }
local acceptAt = { vip = 7, member = 8, guest = 9 }
local mostAsks = 20
local isChanged = false

-- Gives: those of `names`, joined by commas, that are not known yet. What has no name may be another one each time.
local function newAsks(entry, names)
  local asks, new = entry.asks, {}
  if #asks == 0 and not string.find(names, ',', 1, true) then return names ~= '' and { names } or new end
  local function knows(name) return hasAsk(asks, name, name == '*' and entry.early + 1 or 1) end
  for name in string.gmatch(names, '[^,]+') do
    if not knows(name) then
      if #asks + #new >= mostAsks then
        if not knows('*') then new[#new + 1] = '*' end
        return new
      end
      new[#new + 1] = name
    end
  end
  return new
end

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
  for _, name in ipairs(new) do entry.asks[#entry.asks + 1] = name end
  if #new > 0 then write(entry) end
  return entry.number == 0 and asWaiting(entry) or { 'held' }
end

-- A node that was not heard of yet can take at least what it asks for.
local function mayBegin(class, node)
  return standing() == 0 and mayStart() and not isPaused(class) and (not nodeAt(node) or roomAt(node) > 0)
end

local function moveTo(entry, ticket)
  isChanged, entry.ticket = true, ticket
  putAmong(entry)
end

local function enter(conversation, class, node, owed, asks, ticket)
  local known = read(conversation)
  if known then
    if ticket and isBehind(known, class, ticket) then moveTo(known, ticket) end
    return askMore(known, owed, asks)
  end
  local entry = newEntry(conversation, class, node)
  if ticket then
    entry.asks = newAsks(entry, asks)
    moveTo(entry, ticket)
    return asWaiting(entry)
  end
  if mayBegin(class, node) then
    isChanged = true
    entry.asks = newAsks(entry, asks)
    grant(entry, node)
    return { 'granted', entry.number }
  end
  local full = isFull(class, owed)
  if full then return full end
  isChanged = true
  entry.asks = newAsks(entry, asks)
  append(entry)
  -- Nobody has a higher ticket.
  return { 'waiting', class, entry.ticket, count(line[class]) }
end

local entered = {}
for at = 2, #ARGV - 15, 7 do
  local conversation, class, node, owed, asks, life, ticket = unpack(ARGV, at, at + 6)
  local isNew = isAnother(life)
  local reply = enter(conversation, class, node, owed == '1', asks, isNew and tonumber(ticket))
  -- Where a line was lost, those who stood in it are not all here yet.
  if reply[1] == 'waiting' and (isNew or s.life == '') then reply[4] = 0 end
  entered[#entered + 1] = reply
end
if isChanged then
  saveNodes()
  save()
end
return entered
