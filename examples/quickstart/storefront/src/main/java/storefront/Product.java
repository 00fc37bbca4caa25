package storefront;

import money.Money;

/** Something the shop sells. */
record Product(int number, String name, Money price) {}
