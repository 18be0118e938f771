-- Where a conversation waits.
-- ARGV: 2 conversation
-- Gives: { 'waiting', class, ticket, position }, or nil
local entry = read(ARGV[2])
if not entry or entry.place == 'granted' then return false end
return asWaiting(entry)
