-- One round: takes in what a node has to say, hands out all starts that are free, and tells how the lines stand (A2, A5).
-- ARGV: 2 node, 3 its room, 4 taken, 5 begun and 6 ended grants as JSON lists of conversation, number, …, and of each ended one
--       the ids that it has answered, or 0 where nothing was found; 7 leavings that it has seen, 8 a name for a line that begins
-- Gives: { grants: conversation, class, number, '1' when free, …; who waits from now on: conversation, class, ticket, …; for each
--          class { head, next, served, before }; waiting, starting, leavings: class, ticket, …; leavings seen, tier, life, how many ms
--          each class pauses (or nothing where none does) }
local node = ARGV[2]
local mostAtOnce = 1000

local function each(json, length, what)
  local list = cjson.decode(json)
  for at = 1, #list, length do what(list[at], list[at + 1], list[at + 2]) end
end

local function inParts(names, what)
  for from = 1, #names, mostAtOnce do what(unpack(names, from, math.min(#names, from + mostAtOnce - 1))) end
end

-- Each name is of one grant: one that was granted anew has another, and what is said twice changes nothing.
local function takeAll(key, json, nameOf)
  local names = {}
  each(json, 2, function(conversation, number) names[#names + 1] = nameOf(conversation, number) end)
  inParts(names, function(...) take(key, ...) end)
end

takeAll(grants, ARGV[4], function(conversation, number) return letterOf(node, conversation, number) end)
takeAll(starting, ARGV[5], slotOf)
nodeOf[node] = { room = tonumber(ARGV[3]) - redis.call('ZLEXCOUNT', grants, unpack(lettersOf(node))), seenAt = now, isChanged = true }
local appended, over, letters, slots = {}, {}, {}, {}
each(ARGV[6], 3, function(conversation, number, answered)
  local entry = read(conversation)
  if not entry or entry.number ~= tonumber(number) then return end
  -- Put back to be granted again, and not wanted any more.
  if entry.place ~= 'granted' then takeOut(entry) end
  letters[#letters + 1], slots[#slots + 1] = letterOf(entry.node, conversation, entry.number), slotOf(conversation, entry.number)
  askNoMore(entry)
  if not settleAsks(entry, answered) then
    entryOf[conversation], over[#over + 1] = false, conversation
    return
  end
  append(entry)
  appended[#appended + 1] = entry
end)
inParts(slots, function(...) take(starting, ...) end)
inParts(letters, function(...)
  redis.call('ZREM', grants, ...)
  redis.call('ZREM', owned, ...)
end)
inParts(over, function(...) redis.call('HDEL', entries, ...) end)
for _, conversation in ipairs(redis.call('ZRANGEBYSCORE', later, '-inf', now)) do
  take(later, conversation)
  local entry = read(conversation)
  if entry then putBefore(entry) end
end

serve(node)
if not s.life or s.life == '' then s.life = ARGV[8] end
saveNodes()
save()

local mine = {}
eachListed(grants, node, function(entry)
  for _, part in ipairs({ entry.conversation, entry.class, tostring(entry.number), entry.isFree and '1' or '0' }) do mine[#mine + 1] = part end
end)
local queued = {}
for _, entry in ipairs(appended) do
  if read(entry.conversation).place == 'line' then
    queued[#queued + 1], queued[#queued + 2], queued[#queued + 3] = entry.conversation, entry.class, tostring(entry.ticket)
  end
end
return { mine, queued, linesTold(), waiting(), countStarting(), leftSince(ARGV[7]), tostring(s.leftSeq), s.tier, s.life, pausedMs() }
