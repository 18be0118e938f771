-- For how long nobody on another node has looked at a conversation (A7).
-- KEYS: the conversation's six
-- ARGV: 1 node that asks
-- Gives: ms since the last node stopped attending, -1 when none ever has, nil while another one attends
for _, node in ipairs(redis.call('HKEYS', watchers)) do
  if node ~= ARGV[1] then return false end
end
local leftAt = tonumber(field('leftAt'))
return leftAt and tonumber(now()) - leftAt or -1
