-- The bucket and the gates (A1, A10).
local slope = setting(14)
local startingMs, rampSpanMs = 60000, 100

-- What the ramp lets through at once.
local function rampMost() return math.max(1, s.rampPerSecond * rampSpanMs / 1000) end

if slope then
  s.rampPerSecond = s.rampPerSecond or slope
  s.rampTokens = s.rampTokens or rampMost()
end

-- The ramp's rate rises while it is what limits, and falls as fast while it does not.
local function refillRamp(passedMs)
  s.rampTokens = s.rampTokens + passedMs * s.rampPerSecond / 1000
  local change = passedMs * slope / 1000
  if s.rampTokens < rampMost() then
    s.rampPerSecond = s.rampPerSecond + change
  else
    s.rampTokens = rampMost()
    s.rampPerSecond = math.max(slope, s.rampPerSecond - change)
  end
end

local isRefilled = false

-- Once in a step: no time passes in it.
local function refill()
  if isRefilled then return end
  isRefilled = true
  local at, passedMs = rateAt[s.tier], math.max(0, now - s.filledAt)
  s.tokens = math.min(setting(at + 1), s.tokens + passedMs * setting(at) / 1000)
  s.filledAt = math.max(s.filledAt, now)
  if slope then refillRamp(passedMs) end
end

local function countStarting()
  counted[starting] = count(starting) - redis.call('ZREMRANGEBYSCORE', starting, '-inf', now)
  return counted[starting]
end

-- The bucket and the gates let one more answer begin, of some class.
local function mayStart()
  refill()
  if s.tokens < 1 or (slope and s.rampTokens < 1) then return false end
  return count(starting) < s.mostStarting or countStarting() < s.mostStarting
end

local function isPaused(class) return now < s.pausedUntil[class] end
