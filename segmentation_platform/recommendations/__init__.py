"""What to offer to whom: product lists per segment and per customer, with the evidence in every row.

    sales             what all lists are made from
    segment_lists     popular, rising, signature: per segment, region and taste
    customer_lists    buy_again, new_to_you: per customer; basket_recommender makes the same on demand
      ranker            the score behind them: histories, demand, ease are its parts; weights its numbers; reasons
                        its words
    similar_items     what is bought together
    tastes            groups of customers by what they buy
    methods           which way to rank serves the customers' lists, by what was learned on past days
    backtest          how good all this is; tuning chooses other settings by it

Belongs here: ranking products. Does not belong here: who is in which segment, and where lists are kept.
"""
