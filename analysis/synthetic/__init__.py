"""A fictional population with stated truth, written out as exports.

Nothing here is about a real country, date or group: hosts are `Host A` …, time is counted in weeks, shares were chosen
far from any published figure. What must not be here: anything that reads exports, estimates or scrubs; a shared mistake
would cancel out in the tests.
"""
