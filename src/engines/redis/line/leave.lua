-- Gives a place up (A7).
-- ARGV: 2 conversation, 3 the ids of the messages that are given up joined by commas, or '*' for all
-- Gives: 1 when it leaves the line
local entry = read(ARGV[2])
if not entry then return 0 end
local isAll, withdrawn = ARGV[3] == '*', {}
local isNamed = not isAll and #entry.asks > 0
for name in string.gmatch(ARGV[3], '[^,]+') do withdrawn[name] = true end
if entry.number ~= 0 or not isAll then
  local asks, early = {}, 0
  for at, name in ipairs(entry.asks) do
    local isLeft = at <= entry.early
    if not isAll then isLeft = not withdrawn[name] and (name ~= '*' or entry.early > 0) end
    if isLeft then asks[#asks + 1] = name end
    if at == entry.early then early = #asks end
  end
  entry.asks, entry.early = asks, early
end
if #entry.asks <= entry.early then askNoMore(entry) end
-- Of what has been granted it is known only by name what is given up.
local isOver = entry.number == 0 and (isAll or #entry.asks == 0) or isNamed and #entry.asks == 0
if not isOver or entry.place == 'granted' then
  write(entry)
  save()
  return 0
end
noteLeft(entry)
takeOut(entry)
forget(ARGV[2])
save()
return 1
