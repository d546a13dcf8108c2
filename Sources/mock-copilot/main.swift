print("seatrial")
