"""the mandelbrot set, with floats and with complex numbers"""
def escape(cr, ci, limit):
    zr = zi = 0.0
    for i in range(limit):
        zr2, zi2 = zr * zr, zi * zi
        if zr2 + zi2 > 4.0:
            return i
        zi = 2.0 * zr * zi + ci
        zr = zr2 - zi2 + cr
    return limit


def escape_complex(c, limit):
    z = 0j
    for i in range(limit):
        if abs(z) > 2:
            return i
        z = z * z + c
    return limit


total = 0
for y in range(140):
    for x in range(200):
        total += escape(x / 80 - 2.0, y / 70 - 1.0, 60)
for y in range(20):
    for x in range(30):
        total += escape_complex(complex(x / 12 - 2.0, y / 10 - 1.0), 60)
print(total)
