-- One round: takes in what a node has to say, hands out all starts that are free, and tells how the lines stand (A2, A5).
-- ARGV: 2 node, 3 its room, 4 taken, 5 begun and 6 ended grants as JSON lists of conversation, number, …; 7 leavings that it has seen,
--       8 a name for a line that begins
-- Gives: { grants: conversation, class, number, '1' when free, …; who waits from now on: conversation, class, ticket, …; for each class { head, next, served, before }; waiting, starting, leavings: class, ticket, …;
--          leavings seen, tier, life }
local node = ARGV[2]
local mostBefore = 1000
local weightAt = { vip = 10, member = 11, guest = 12 }

local function each(json, what)
  local list = cjson.decode(json)
  for at = 1, #list, 2 do what(list[at], list[at + 1]) end
end

each(ARGV[4], function(conversation, number)
  local entry = read(conversation)
  -- One that was granted anew has a letter of its own under the same name.
  if entry and entry.number == number then redis.call('ZREM', grants, node .. '|' .. conversation) end
end)
nodeOf[node] = { room = tonumber(ARGV[3]) - #listed(grants, node), seenAt = now, isChanged = true }
each(ARGV[5], function(conversation, number)
  if granted(conversation, number) then take(starting, conversation) end
end)
local appended = {}
each(ARGV[6], function(conversation, number)
  local entry = granted(conversation, number)
  if not entry then return end
  release(entry)
  if not entry.asksMore then return forget(conversation) end
  entry.asksMore, s.held = false, s.held - 1
  append(entry)
  appended[#appended + 1] = entry
end)
for _, conversation in ipairs(redis.call('ZRANGEBYSCORE', later, '-inf', now)) do
  take(later, conversation)
  local entry = read(conversation)
  if entry then putBefore(entry) end
end

local function headOf(class)
  local from = count(before[class]) > 0 and before[class] or line[class]
  return count(from) > 0 and redis.call('ZRANGE', from, 0, 0)[1] or nil
end

local pass, head = s.pass, {}
for _, class in ipairs(classes) do head[class] = headOf(class) end

local function nextClass()
  local best
  for _, class in ipairs(classes) do
    if isPaused(class) then
      pass[class] = math.max(pass[class], s.virtual)
    elseif head[class] and (not best or pass[class] < pass[best]) then
      best = class
    end
  end
  return best
end

local function weightOf(class, since)
  local grown = math.min(1, math.max(0, (now - since) / setting(13) - 1))
  return setting(weightAt[class]) * (1 + 2 * grown)
end

-- An answer that is to be tried again is the node's that writes it, which needs no room for it; others go to their own node
-- where it has room, or to the one that asks.
local function whoCan(entry)
  if entry.number > 0 and not entry.isFree and isThere(entry.node) then return entry.node end
  return roomAt(entry.node) > 0 and entry.node or roomAt(node) > 0 and node
end

while mayStart() do
  local class = nextClass()
  if not class then break end
  local entry = read(head[class])
  local by = not entry or whoCan(entry)
  if not by then break end
  if not entry then
    -- What is known of it is lost; the others go on.
    take(line[class], head[class])
    take(before[class], head[class])
    head[class] = headOf(class)
  else
    s.virtual = pass[class]
    pass[class] = pass[class] + 1 / weightOf(class, entry.since)
    takeOut(entry)
    grant(entry, by)
    head[class] = headOf(class)
  end
end
s.life = s.life or ARGV[8]
saveNodes()
save()

local mine = {}
for _, letter in ipairs(listed(grants, node)) do
  local conversation = string.sub(letter, #node + 2)
  local entry = read(conversation)
  if entry then
    for _, part in ipairs({ conversation, entry.class, tostring(entry.number), entry.isFree and '1' or '0' }) do mine[#mine + 1] = part end
  end
end
local queued = {}
for _, entry in ipairs(appended) do
  if read(entry.conversation).place == 'line' then
    queued[#queued + 1], queued[#queued + 2], queued[#queued + 3] = entry.conversation, entry.class, tostring(entry.ticket)
  end
end
local lines = {}
for at, class in ipairs(classes) do
  local following = s.next[class] + 1
  local first = count(line[class]) > 0 and redis.call('ZRANGE', line[class], 0, 0, 'WITHSCORES')[2]
  local tickets = count(before[class]) > 0 and redis.call('ZRANGE', before[class], 0, mostBefore - 1, 'WITHSCORES') or {}
  local told = {}
  for i = 2, #tickets, 2 do told[#told + 1] = tickets[i] end
  lines[at] = { tostring(first or following), tostring(following), tostring(s.served[class]), told }
end
local gone = {}
for _, ticket in ipairs(redis.call('ZRANGEBYSCORE', left, '(' .. ARGV[7], '+inf')) do
  local class, number = string.match(ticket, '^(%a+):(%d+)')
  gone[#gone + 1], gone[#gone + 2] = class, number
end
return { mine, queued, lines, waiting(), countStarting(), gone, tostring(s.leftSeq), s.tier, s.life }
