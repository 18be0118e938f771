-- Gives: { 'waiting', class, ticket, position } of one who waits (A6)
local function asWaiting(entry)
  local class, ticket = entry.class, entry.ticket
  if entry.place ~= 'line' then return { 'waiting', class, ticket, redis.call('ZCOUNT', before[class], '-inf', '(' .. ticket) + 1 } end
  -- Should the line have been lost, and the entry not: it stands where it stood.
  put(line[class], ticket, entry.conversation)
  return { 'waiting', class, ticket, redis.call('ZRANK', line[class], entry.conversation) + 1 }
end
