-- Stands before every step of the line (A1–A8). All keys share one hash tag: each step is atomic for the whole service. The
-- engine in memory is the readable definition of what happens here, and the names are the same. The only clock is Redis' own.
local state, entries, nodes, grants, starting, later, left = unpack(KEYS, 1, 7)
local classes = { 'vip', 'member', 'guest' }
local line = { vip = KEYS[8], member = KEYS[9], guest = KEYS[10] }
local before = { vip = KEYS[11], member = KEYS[12], guest = KEYS[13] }
local owned = KEYS[14]
-- ARGV: 1 the settings as JSON, 2 the time in ms for tests (or empty)
local settings = cjson.decode(ARGV[1])

local awayMs, startingMs, mostLeft, mostBefore, rampSpanMs = 3000, 60000, 20000, 1000, 100

local fields = redis.call('HMGET', state, 'now', 'tier', 'tokens', 'filledAt', 'mostStarting', 'held', 'virtual', 'rampPerSecond',
  'rampTokens', 'paused:vip', 'paused:member', 'paused:guest')

-- It never goes back, though the machine's clock may.
local function clock()
  if ARGV[2] ~= '' then return tonumber(ARGV[2]) end
  local time = redis.call('TIME')
  return math.max(time[1] * 1000 + time[2] / 1000, tonumber(fields[1] or 0))
end

local now = clock()
local tier = fields[2] or 'high'
local tokens, filledAt = tonumber(fields[3] or settings.tiers[tier].burst), tonumber(fields[4] or now)
local mostStarting, held, virtual = tonumber(fields[5] or 1e15), tonumber(fields[6] or 0), tonumber(fields[7] or 0)
local slope = settings.rampPerSecond ~= cjson.null and settings.rampPerSecond or nil
local pausedUntil = { vip = tonumber(fields[10] or 0), member = tonumber(fields[11] or 0), guest = tonumber(fields[12] or 0) }

-- What the ramp lets through at once.
local function rampMost(perSecond) return math.max(1, perSecond * rampSpanMs / 1000) end

local rampPerSecond = slope and tonumber(fields[8] or slope)
local rampTokens = slope and tonumber(fields[9] or rampMost(rampPerSecond))

local function exact(number) return string.format('%.17g', number) end

-- Called at the end of every step that may have changed something.
local function save()
  redis.call('HSET', state, 'now', exact(now), 'tier', tier, 'tokens', exact(tokens), 'filledAt', exact(filledAt), 'held', held,
    'virtual', exact(virtual))
  if slope then redis.call('HSET', state, 'rampPerSecond', exact(rampPerSecond), 'rampTokens', exact(rampTokens)) end
end

-- Entries are kept as "class|ticket|place|number|node|asksMore|since|notBefore|isFree".
local function read(conversation)
  local text = redis.call('HGET', entries, conversation)
  if not text then return nil end
  local class, ticket, place, number, node, asksMore, since, notBefore, isFree =
    string.match(text, '^(%a+)|(%-?%d+)|(%a+)|(%-?%d+)|([^|]*)|(%d)|([^|]+)|([^|]+)|(%d)$')
  return { conversation = conversation, class = class, ticket = tonumber(ticket), place = place, number = tonumber(number), node = node,
    asksMore = asksMore == '1', since = tonumber(since), notBefore = tonumber(notBefore),
    isFree = isFree == '1' }
end

local function write(entry)
  redis.call('HSET', entries, entry.conversation, table.concat({ entry.class, string.format('%d', entry.ticket), entry.place,
    string.format('%d', entry.number), entry.node, entry.asksMore and '1' or '0', exact(entry.since), exact(entry.notBefore),
    entry.isFree and '1' or '0' }, '|'))
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

local function waiting() return standing() + redis.call('ZCARD', later) + held end

-- The ramp's rate rises while it is what limits, and falls as fast while it does not.
local function refillRamp(passedMs)
  rampTokens = rampTokens + passedMs * rampPerSecond / 1000
  local change = passedMs * slope / 1000
  if rampTokens < rampMost(rampPerSecond) then
    rampPerSecond = rampPerSecond + change
  else
    rampTokens = rampMost(rampPerSecond)
    rampPerSecond = math.max(slope, rampPerSecond - change)
  end
end

local function refill()
  local rate, passedMs = settings.tiers[tier], math.max(0, now - filledAt)
  tokens = math.min(rate.burst, tokens + passedMs * rate.perSecond / 1000)
  filledAt = math.max(filledAt, now)
  if slope then refillRamp(passedMs) end
end

-- The bucket and the gates let one more answer begin, of some class.
local function mayStart()
  refill()
  return tokens >= 1 and (not slope or rampTokens >= 1) and redis.call('ZCARD', starting) < mostStarting
end

local function isPaused(class) return now < pausedUntil[class] end
redis.call('ZREMRANGEBYSCORE', starting, '-inf', exact(now))

-- Grants that a node has not taken yet lie as "node|conversation", with their numbers.
-- Everything that it has been granted and that has not ended lies in `owned`, in the same way.
local function listed(key, node) return redis.call('ZRANGEBYLEX', key, '[' .. node .. '|', '(' .. node .. '}') end

-- Nodes are kept as "room|seenAt"; what lies in their mail takes room.
local function roomAt(node)
  local room, seenAt = string.match(redis.call('HGET', nodes, node) or '0|0', '^(%-?%d+)|(.+)$')
  return now - tonumber(seenAt) < awayMs and tonumber(room) or 0
end

local function takeRoom(node, by)
  local room, seenAt = string.match(redis.call('HGET', nodes, node) or '', '^(%-?%d+)|(.+)$')
  if room then redis.call('HSET', nodes, node, string.format('%d', room - by) .. '|' .. seenAt) end
end

local function grant(entry, node)
  entry.place, entry.node, entry.number = 'granted', node, redis.call('HINCRBY', state, 'numbers', 1)
  tokens = tokens - 1
  if slope then rampTokens = rampTokens - 1 end
  redis.call('HINCRBY', state, 'served:' .. entry.class, 1)
  redis.call('ZADD', starting, exact(now + startingMs), entry.conversation)
  redis.call('ZADD', owned, 0, node .. '|' .. entry.conversation)
  if redis.call('HEXISTS', nodes, node) == 1 then
    takeRoom(node, 1)
    redis.call('ZADD', grants, 0, node .. '|' .. entry.conversation)
  end
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

local function passOf(class) return tonumber(redis.call('HGET', state, 'pass:' .. class) or 0) end

-- A class that was away saves nothing up.
local function activate(class)
  if redis.call('ZCARD', line[class]) + redis.call('ZCARD', before[class]) > 0 then return end
  if passOf(class) < virtual then redis.call('HSET', state, 'pass:' .. class, exact(virtual)) end
end

local function append(entry)
  activate(entry.class)
  entry.place, entry.number, entry.since, entry.isFree = 'line', 0, now, false
  entry.ticket = redis.call('HINCRBY', state, 'next:' .. entry.class, 1)
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
  redis.call('ZREM', line[entry.class], entry.conversation)
  redis.call('ZREM', before[entry.class], entry.conversation)
  redis.call('ZREM', later, entry.conversation)
end

local function position(entry)
  if entry.place == 'line' then return redis.call('ZRANK', line[entry.class], entry.conversation) + 1 end
  return redis.call('ZCOUNT', before[entry.class], '-inf', '(' .. entry.ticket) + 1
end

-- Gives: { 'waiting', class, ticket, position }
local function asWaiting(entry) return { 'waiting', entry.class, entry.ticket, position(entry) } end
