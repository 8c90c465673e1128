#!/usr/bin/lua5.4
-- Coroutines, files, processes and the collector.
local t = {} for i = 1, 100000 do t[i] = {i} end
print(#t, string.format("%5.2f", math.pi), 7 // 2, 2 ^ 0.5)
local co = coroutine.wrap(function() for i = 1, 3 do coroutine.yield(i) end end)
print(co(), co(), co())
local f <close> = io.open("f", "w") f:write("a\nb\n") f:close()
for l in io.lines("f") do io.write(l, ";") end print()
print(io.popen("echo popen"):read("a"), os.execute("exit 3"))
print(pcall(error, "x"), os.rename("f", "g"), os.remove("g"), io.open("g"))
t = nil collectgarbage() print(collectgarbage("count") < 1000)
print(os.time { year = 2000, month = 1, day = 1, hour = 0 }, os.date("!%F", 0))
