/** What runs may spend and have spent: {@link dev.kintsugi.server.budget.Budgets}. */
@NullMarked
package dev.kintsugi.server.budget;

import org.jspecify.annotations.NullMarked;
