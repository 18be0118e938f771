-- Stands before every step of the line (A1–A8). All keys share one hash tag: each step is atomic for the whole service. The
-- engine in memory is the readable definition of what happens here, and the names are the same. The only clock is Redis' own.
local state, entries, nodes, grants, starting, later, left = unpack(KEYS, 1, 7)
local classes = { 'vip', 'member', 'guest' }
local line = { vip = KEYS[8], member = KEYS[9], guest = KEYS[10] }
local before = { vip = KEYS[11], member = KEYS[12], guest = KEYS[13] }
local owned = KEYS[14]
-- ARGV: 1 the time in ms for tests (or empty), 2… the step's own, then what the node knows of the line that was, should it
-- be lost: "tier|most answers without text (or -)|ms that vip|that member|that guest pauses" (or empty), and last the fourteen settings: for each tier its starts
-- a second and its burst, for each class below how many waiting it is accepted, for each class its weight, the ms after
-- which waiting counts for more, and by how many a second the starts may rise each second (or empty)
local function setting(at) return tonumber(ARGV[#ARGV - 14 + at]) end
local rateAt, acceptAt = { high = 1, medium = 3, degraded = 5 }, { vip = 7, member = 8, guest = 9 }
local weightAt = { vip = 10, member = 11, guest = 12 }

local awayMs, startingMs, mostLeft, mostBefore, rampSpanMs = 3000, 60000, 20000, 1000, 100

-- Where the value is lost or is not ours, tickets and grants go on behind those that are still there.
-- A line that is not the first goes on with what steered the one before, and with an empty bucket.
local function beginning()
  local tier, most, vip, member, guest = string.match(ARGV[#ARGV - 14], '^(%a+)|([%d-]+)|(%d+)|(%d+)|(%d+)$')
  local isLost = redis.call('EXISTS', entries) == 1
  local next = {}
  for _, class in ipairs(classes) do next[class] = tonumber(redis.call('ZRANGE', line[class], -1, -1, 'WITHSCORES')[2] or 0) end
  return {
    version = 1, now = 0, tier = tier or 'high', mostStarting = tonumber(most) or 1e15, tokens = tier and 0, held = 0, virtual = 0, leftSeq = 0, next = next,
    numbers = isLost and tonumber(redis.call('TIME')[1]) * 1000 or 0,
    served = { vip = 0, member = 0, guest = 0 }, pass = { vip = 0, member = 0, guest = 0 },
    pausedUntil = { vip = 0, member = 0, guest = 0 },
    pausedMs = tier and { vip = tonumber(vip), member = tonumber(member), guest = tonumber(guest) },
  }
end

-- The bucket, the gates and what stride scheduling remembers are one packed value: read once, written once.
local packed = redis.call('GET', state)
local isRead, s = pcall(cmsgpack.unpack, packed or '')
if not isRead or type(s) ~= 'table' or s.version ~= 1 then s = beginning() end

-- The line's clock never goes back, though the machine's may, or another machine's may count from now on.
local function clock()
  local time = ARGV[1] == '' and redis.call('TIME')
  local told = (time and time[1] * 1000 + time[2] / 1000 or tonumber(ARGV[1])) + (s.ahead or 0)
  if told < s.now then s.ahead = (s.ahead or 0) + s.now - told end
  return math.max(told, s.now)
end

local now = clock()
s.now, s.tokens, s.filledAt = now, s.tokens or setting(rateAt[s.tier] + 1), s.filledAt or now
local slope = setting(14)
-- Known only now that the clock is.
if s.pausedMs then
  for class, ms in pairs(s.pausedMs) do s.pausedUntil[class] = ms > 0 and now + ms or 0 end
  s.filledAt = math.max(now, math.min(s.pausedUntil.vip, s.pausedUntil.member, s.pausedUntil.guest))
  s.pausedMs = nil
end

-- What the ramp lets through at once.
local function rampMost(perSecond) return math.max(1, perSecond * rampSpanMs / 1000) end

if slope then
  s.rampPerSecond = s.rampPerSecond or slope
  s.rampTokens = s.rampTokens or rampMost(s.rampPerSecond)
end

-- Writing a number takes long, and most are the time of now.
local textOf = {}
local function exact(number)
  textOf[number] = textOf[number] or string.format('%.17g', number)
  return textOf[number]
end

-- Nodes are kept as "room|seenAt"; what lies in their mail takes room.
local nodeOf = {}
local function nodeAt(node)
  if nodeOf[node] == nil then
    local room, seenAt = string.match(redis.call('HGET', nodes, node) or '', '^(%-?%d+)|(.+)$')
    nodeOf[node] = room and { room = tonumber(room), seenAt = tonumber(seenAt) } or false
  end
  return nodeOf[node]
end

local function isThere(node)
  local known = nodeAt(node)
  return known and now - known.seenAt < awayMs
end

local function roomAt(node) return isThere(node) and nodeAt(node).room or 0 end

-- Called at the end of every step that may have changed something.
local function save()
  for node, known in pairs(nodeOf) do
    if known and known.isChanged then redis.call('HSET', nodes, node, string.format('%d', known.room) .. '|' .. exact(known.seenAt)) end
  end
  redis.call('SET', state, cmsgpack.pack(s))
end

-- Entries are kept as "class|ticket|place|number|node|asksMore|since|notBefore|isFree".
local entryOf = {}
local function read(conversation)
  if entryOf[conversation] ~= nil then return entryOf[conversation] or nil end
  local text = redis.call('HGET', entries, conversation)
  if not text then return nil end
  local class, ticket, place, number, node, asksMore, since, notBefore, isFree =
    string.match(text, '^(%a+)|(%-?%d+)|(%a+)|(%-?%d+)|([^|]*)|(%d)|([^|]+)|([^|]+)|(%d)$')
  -- Of another kind than this one can read: as good as lost.
  if not class then return nil end
  entryOf[conversation] = { conversation = conversation, class = class, ticket = tonumber(ticket), place = place, number = tonumber(number), node = node,
    asksMore = asksMore == '1', since = tonumber(since), notBefore = tonumber(notBefore),
    isFree = isFree == '1' }
  return entryOf[conversation]
end

local function write(entry)
  entryOf[entry.conversation] = entry
  redis.call('HSET', entries, entry.conversation, table.concat({ entry.class, string.format('%d', entry.ticket), entry.place,
    string.format('%d', entry.number), entry.node, entry.asksMore and '1' or '0', exact(entry.since), exact(entry.notBefore),
    entry.isFree and '1' or '0' }, '|'))
end

local function forget(conversation)
  entryOf[conversation] = false
  redis.call('HDEL', entries, conversation)
end

local function newEntry(conversation, class, node)
  return { conversation = conversation, class = class, ticket = 0, place = 'granted', number = 0, node = node, asksMore = false,
    since = now, notBefore = 0, isFree = false }
end

-- Those who stand in line and could be served.
local function standing()
  local sum = 0
  for _, class in ipairs(classes) do sum = sum + redis.call('ZCARD', line[class]) + redis.call('ZCARD', before[class]) end
  return sum
end

local function waiting() return standing() + redis.call('ZCARD', later) + s.held end

-- The ramp's rate rises while it is what limits, and falls as fast while it does not.
local function refillRamp(passedMs)
  s.rampTokens = s.rampTokens + passedMs * s.rampPerSecond / 1000
  local change = passedMs * slope / 1000
  if s.rampTokens < rampMost(s.rampPerSecond) then
    s.rampPerSecond = s.rampPerSecond + change
  else
    s.rampTokens = rampMost(s.rampPerSecond)
    s.rampPerSecond = math.max(slope, s.rampPerSecond - change)
  end
end

local function refill()
  local passedMs = math.max(0, now - s.filledAt)
  s.tokens = math.min(setting(rateAt[s.tier] + 1), s.tokens + passedMs * setting(rateAt[s.tier]) / 1000)
  s.filledAt = math.max(s.filledAt, now)
  if slope then refillRamp(passedMs) end
end

local function countStarting()
  redis.call('ZREMRANGEBYSCORE', starting, '-inf', exact(now))
  return redis.call('ZCARD', starting)
end

-- The bucket and the gates let one more answer begin, of some class.
local function mayStart()
  refill()
  if s.tokens < 1 or (slope and s.rampTokens < 1) then return false end
  return redis.call('ZCARD', starting) < s.mostStarting or countStarting() < s.mostStarting
end

local function isPaused(class) return now < s.pausedUntil[class] end

-- Grants that a node has not taken yet lie as "node|conversation", with their numbers.
-- Everything that it has been granted and that has not ended lies in `owned`, in the same way.
local function listed(key, node) return redis.call('ZRANGEBYLEX', key, '[' .. node .. '|', '(' .. node .. '}') end

local function grant(entry, node)
  s.numbers, s.tokens, s.served[entry.class] = s.numbers + 1, s.tokens - 1, s.served[entry.class] + 1
  if slope then s.rampTokens = s.rampTokens - 1 end
  entry.place, entry.node, entry.number = 'granted', node, s.numbers
  redis.call('ZADD', starting, exact(now + startingMs), entry.conversation)
  redis.call('ZADD', owned, 0, node .. '|' .. entry.conversation)
  local by = nodeAt(node)
  if by then by.room, by.isChanged = by.room - 1, true end
  redis.call('ZADD', grants, 0, node .. '|' .. entry.conversation)
  write(entry)
end

local function granted(conversation, number)
  local entry = read(conversation)
  return entry and entry.place == 'granted' and entry.number == tonumber(number) and entry or nil
end

-- It is not being answered any more.
local function release(entry)
  redis.call('ZREM', starting, entry.conversation)
  redis.call('ZREM', grants, entry.node .. '|' .. entry.conversation)
  redis.call('ZREM', owned, entry.node .. '|' .. entry.conversation)
end

-- A class that was away saves nothing up.
local function activate(class)
  if redis.call('ZCARD', line[class]) + redis.call('ZCARD', before[class]) == 0 then s.pass[class] = math.max(s.pass[class], s.virtual) end
end

local function append(entry)
  activate(entry.class)
  entry.place, entry.number, entry.since, entry.isFree = 'line', 0, now, false
  s.next[entry.class] = s.next[entry.class] + 1
  entry.ticket = s.next[entry.class]
  redis.call('ZADD', line[entry.class], entry.ticket, entry.conversation)
  write(entry)
end

local function putBefore(entry)
  activate(entry.class)
  entry.place = 'before'
  redis.call('ZADD', before[entry.class], entry.ticket, entry.conversation)
  write(entry)
end

local function putBack(entry, notBefore)
  release(entry)
  if notBefore <= now then return putBefore(entry) end
  entry.place, entry.notBefore = 'later', notBefore
  redis.call('ZADD', later, exact(notBefore), entry.conversation)
  write(entry)
end

local function takeOut(entry)
  local place = entry.place == 'line' and line[entry.class] or entry.place == 'before' and before[entry.class] or later
  redis.call('ZREM', place, entry.conversation)
end

local function position(entry)
  if entry.place == 'line' then
    -- Should the line have been lost, and the entry not: it stands where it stood.
    redis.call('ZADD', line[entry.class], entry.ticket, entry.conversation)
    return redis.call('ZRANK', line[entry.class], entry.conversation) + 1
  end
  return redis.call('ZCOUNT', before[entry.class], '-inf', '(' .. entry.ticket) + 1
end

-- Gives: { 'waiting', class, ticket, position }
local function asWaiting(entry) return { 'waiting', entry.class, entry.ticket, position(entry) } end
