// The few functions of libm that the pure modules need, under words one can read.
// They live behind one file so that no other pure module imports the C library.
internal import Glibc

public func naturalLog(_ x: Double) -> Double { Glibc.log(x) }
public func exponential(_ x: Double) -> Double { Glibc.exp(x) }
public func power(_ x: Double, _ y: Double) -> Double { Glibc.pow(x, y) }
public func sine(_ x: Double) -> Double { Glibc.sin(x) }
public func cosine(_ x: Double) -> Double { Glibc.cos(x) }
public func arcTangent(_ x: Double) -> Double { Glibc.atan(x) }
public func errorFunction(_ x: Double) -> Double { Glibc.erf(x) }
public func complementaryErrorFunction(_ x: Double) -> Double { Glibc.erfc(x) }
/// ln(e^x - 1)-free: accurate where x is tiny.
public func exponentialMinusOne(_ x: Double) -> Double { Glibc.expm1(x) }
public func logOnePlus(_ x: Double) -> Double { Glibc.log1p(x) }
/// ln |Γ(x)|. `lgamma_r` keeps the sign in an argument, so the call shares nothing between threads.
public func logGamma(_ x: Double) -> Double {
  var sign: Int32 = 0
  return unsafe lgamma_r(x, &sign)
}
public func floorOf(_ x: Double) -> Double { Glibc.floor(x) }
public func ceilingOf(_ x: Double) -> Double { Glibc.ceil(x) }
