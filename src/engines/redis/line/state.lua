-- Begins every step of the line (A1–A8). All keys share one hash tag: each step is atomic for the whole service. The engine in
-- memory is the readable definition of what happens here, and the names are the same. The only clock is Redis' own.
-- KEYS: 1 what the steps share (string), 2 entries and 3 nodes (hashes), 4 grants, 5 starting, 6 later, 7 left, 8–10 the lines and
--       11–13 those before them, 14 owned (sorted sets)
-- ARGV: 1 the time in ms for tests (or empty), 2… the step's own, then what the node knows of the line that was, should it be lost:
--       "tier|most answers without text (or -)|ms that vip|that member|that guest pauses|tickets that vip|member|guest has given" (or
--       empty), and last the fourteen settings:
--       for each tier its starts a second and its burst, for each class below how many waiting it is accepted, for each class its
--       weight, the ms after which waiting counts for more, and by how many a second the starts may rise each second (or empty)
local state, entries, nodes, grants, starting, later, left = unpack(KEYS, 1, 7)
local function byClass(vip, member, guest) return { vip = vip, member = member, guest = guest } end
local classes = { 'vip', 'member', 'guest' }
local line, before, owned = byClass(unpack(KEYS, 8, 10)), byClass(unpack(KEYS, 11, 13)), KEYS[14]
local function setting(at) return tonumber(ARGV[#ARGV - 14 + at]) end
local rateAt = { high = 1, medium = 3, degraded = 5 }

-- The bucket, the gates and what stride scheduling remembers are one packed value, read once and written once. Its fields follow one
-- another in the order of `save`: to read and write their names too takes twice as long.
local layout = 2
local function stateOf(isRead, packedAs, now, tier, tokens, filledAt, mostStarting, held, virtual, leftSeq, numbers, ahead, rampPerSecond,
  rampTokens, life, nextVip, nextMember, nextGuest, servedVip, servedMember, servedGuest, passVip, passMember, passGuest, pausedVip, pausedMember, pausedGuest)
  return isRead and packedAs == layout and {
    now = now, tier = tier, tokens = tokens, filledAt = filledAt, mostStarting = mostStarting, held = held, virtual = virtual, leftSeq = leftSeq,
    numbers = numbers, ahead = ahead, rampPerSecond = rampPerSecond, rampTokens = rampTokens, life = life,
    next = byClass(nextVip, nextMember, nextGuest), served = byClass(servedVip, servedMember, servedGuest),
    pass = byClass(passVip, passMember, passGuest), pausedUntil = byClass(pausedVip, pausedMember, pausedGuest),
  }
end
local s = stateOf(pcall(cmsgpack.unpack, redis.call('GET', state) or ''))
local beginsWith = not s and { string.match(ARGV[#ARGV - 14], '^(%a+)|([%d-]+)|(%d+)|(%d+)|(%d+)|(%d+)|(%d+)|(%d+)$') }
if beginsWith then
  -- Where the value is lost or is not ours, tickets and grants go on behind those that are still there. A line that is not the
  -- first goes on with what steered the one before, and with an empty bucket; nodes may still speak of that one's grants.
  local tier, most = unpack(beginsWith)
  local isLost = redis.call('EXISTS', entries) == 1
  s = {
    now = 0, tier = tier or 'high', tokens = tier and 0, mostStarting = tonumber(most) or 1e15, held = 0, virtual = 0, leftSeq = 0,
    numbers = (isLost or tier) and tonumber(redis.call('TIME')[1]) * 1000 or 0,
    life = tier and '', next = {}, served = byClass(0, 0, 0), pass = byClass(0, 0, 0), pausedUntil = byClass(0, 0, 0),
  }
  for at, class in ipairs(classes) do
    local last = redis.call('ZRANGE', line[class], -1, -1, 'WITHSCORES')[2]
    s.next[class] = math.max(tonumber(last or 0), tonumber(beginsWith[at + 5] or 0))
  end
end

-- The line's clock never goes back, though the machine's may, or another machine's may count from now on.
local time = ARGV[1] == '' and redis.call('TIME')
local told = (time and time[1] * 1000 + time[2] / 1000 or tonumber(ARGV[1])) + (s.ahead or 0)
if told < s.now then s.ahead = (s.ahead or 0) + s.now - told end
local now = math.max(told, s.now)
s.now, s.tokens, s.filledAt = now, s.tokens or setting(rateAt[s.tier] + 1), s.filledAt or now

if beginsWith and beginsWith[1] then
  for at, class in ipairs(classes) do
    local ms = tonumber(beginsWith[at + 2])
    s.pausedUntil[class] = ms > 0 and now + ms or 0
  end
  s.filledAt = math.max(now, math.min(s.pausedUntil.vip, s.pausedUntil.member, s.pausedUntil.guest))
end

-- Another line than the one of that life, whose numbers go on behind its.
local function isAnother(life) return life ~= '' and s.life ~= life end

-- Called at the end of every step that may have changed something.
local function save()
  local next, served, pass, paused = s.next, s.served, s.pass, s.pausedUntil
  redis.call('SET', state, cmsgpack.pack(layout, s.now, s.tier, s.tokens, s.filledAt, s.mostStarting, s.held, s.virtual, s.leftSeq, s.numbers,
    s.ahead, s.rampPerSecond, s.rampTokens, s.life, next.vip, next.member, next.guest, served.vip, served.member, served.guest,
    pass.vip, pass.member, pass.guest, paused.vip, paused.member, paused.guest))
end
