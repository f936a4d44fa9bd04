"""What to offer to whom: product lists per segment and per customer, with the evidence in every row.

    sales             what all lists are made from
    segment_lists     popular, rising, signature: per segment, region and taste
    customer_lists    buy_again, new_to_you: per customer; basket_recommender makes the same on demand
      ranker            the score behind them: histories, demand, ease are its parts; weights its numbers; reasons
                        its words
    baskets           what was bought together, for both of these
    similar_items     what goes with each product
    bundles           pairs and triples that are bought together more than by chance
      itemsets          frequent ones, counted; lift says how much more, and how sure that is
    tastes            groups of customers by what they buy
    methods           which way to rank serves the customers' lists, by what was learned on past days
    backtest          how good all this is; tuning chooses other settings by it

Belongs here: ranking products. Does not belong here: who is in which segment, and where lists are kept.
"""
