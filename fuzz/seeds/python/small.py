x = input()
y = f"a {x}" + x
for z in y: eval(z)
