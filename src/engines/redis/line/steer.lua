-- Changes what steers the line (A9, A10).
-- ARGV: 2 tier, 3 most answers without text, 4 starts given beside the line, 5 pause in ms, 6 '1' where that leaves the bucket as it
--       is; each may be empty; 7… the classes that pause
-- Gives: 1
refill()
-- What a smaller bucket does not hold is gone when it is looked at next.
if ARGV[2] ~= '' then s.tier = ARGV[2] end
if ARGV[3] ~= '' then s.mostStarting = tonumber(ARGV[3]) end
if ARGV[4] ~= '' then s.tokens = s.tokens - tonumber(ARGV[4]) end
if ARGV[5] ~= '' then
  for at = 7, #ARGV - 15 do
    local class = ARGV[at]
    s.pausedUntil[class] = math.max(s.pausedUntil[class], now + tonumber(ARGV[5]))
  end
  if ARGV[6] == '' then
    -- A relay that has asked for quiet is not given a burst, and what nobody may use is not saved up.
    s.tokens = math.min(s.tokens, 0)
    s.filledAt = math.max(s.filledAt, math.min(s.pausedUntil.vip, s.pausedUntil.member, s.pausedUntil.guest))
  end
end
save()
return 1
