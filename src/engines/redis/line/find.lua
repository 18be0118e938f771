-- Where a conversation waits, and for which node.
-- ARGV: 2 conversation, 3 the life of the line that the node knows, or empty
-- Gives: { { 'waiting', class, ticket, position, or 0 where it has none }, node, '1' where the line is another }, or nil
local entry = read(ARGV[2])
if not entry or entry.place == 'granted' then return false end
local isOther = entry.number == 0 and isAnother(ARGV[3])
if entry.number ~= 0 or isOther then return { { 'waiting', entry.class, entry.ticket, 0 }, entry.node, isOther and '1' or '' } end
return { asWaiting(entry), entry.node, '' }
