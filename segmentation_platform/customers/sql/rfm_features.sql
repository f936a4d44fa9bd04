-- One row per customer with net purchases. Reads: known_sales. Parameters: as_of, wholesale_units.
WITH purchases AS (
    SELECT * FROM known_sales WHERE customer_id IS NOT NULL AND net_quantity > 0
), baskets AS (
    SELECT customer_id, invoice, COUNT(DISTINCT stock_code) AS products
    FROM purchases
    GROUP BY customer_id, invoice
), basket_sizes AS (
    SELECT customer_id, COUNT(*) AS frequency, AVG(products) AS products_per_order
    FROM baskets
    GROUP BY customer_id
), spending AS (
    SELECT
        customer_id,
        MIN(sold_at) AS first_purchase,
        MAX(sold_at) AS last_purchase,
        -- Rounded far below the cent: the order in which an engine adds must not tip a half cent, nor a taste.
        round(SUM(net_amount), 6) AS monetary,
        MEDIAN(net_quantity) >= $wholesale_units AS is_wholesale
    FROM purchases
    GROUP BY customer_id
), invoices AS (
    SELECT
        customer_id,
        COUNT(DISTINCT CASE WHEN status = 'completed' THEN invoice END) AS orders,
        COUNT(DISTINCT CASE WHEN status = 'cancelled' THEN invoice END) AS cancellations
    FROM known_sales
    WHERE customer_id IS NOT NULL
    GROUP BY customer_id
), homes AS (
    SELECT
        customer_id,
        country,
        region,
        ROW_NUMBER() OVER (PARTITION BY customer_id ORDER BY sold_at DESC, invoice DESC, country) AS place
    FROM purchases
), category_spending AS (
    SELECT customer_id, product_category, round(SUM(net_amount), 6) AS amount
    FROM purchases
    GROUP BY customer_id, product_category
), tastes AS (
    SELECT
        customer_id,
        product_category AS taste,
        ROW_NUMBER() OVER (PARTITION BY customer_id ORDER BY amount DESC, product_category) AS place
    FROM category_spending
), features AS (
    SELECT
        spending.customer_id,
        CAST(date_diff('day', CAST(spending.last_purchase AS DATE), CAST($as_of AS DATE)) AS INTEGER) AS recency_days,
        CAST(basket_sizes.frequency AS INTEGER) AS frequency,
        round(spending.monetary, 2) AS monetary,
        round(spending.monetary / basket_sizes.frequency, 2) AS average_order_value,
        basket_sizes.products_per_order,
        CAST(invoices.orders AS INTEGER) AS orders,
        CAST(invoices.cancellations AS INTEGER) AS cancellations,
        CAST(spending.first_purchase AS DATE) AS first_purchase,
        CAST(spending.last_purchase AS DATE) AS last_purchase,
        homes.country,
        homes.region,
        tastes.taste,
        spending.is_wholesale
    FROM spending
    JOIN basket_sizes ON spending.customer_id = basket_sizes.customer_id
    JOIN invoices ON spending.customer_id = invoices.customer_id
    JOIN homes ON spending.customer_id = homes.customer_id AND homes.place = 1
    JOIN tastes ON spending.customer_id = tastes.customer_id AND tastes.place = 1
)
SELECT
    customer_id,
    recency_days,
    frequency,
    monetary,
    -- Fifths by percentile rank, so that equal customers have equal scores.
    CAST(least(5, 1 + floor(5 * PERCENT_RANK() OVER (ORDER BY recency_days DESC))) AS INTEGER) AS r_score,
    CAST(least(5, 1 + floor(5 * PERCENT_RANK() OVER (ORDER BY frequency))) AS INTEGER) AS f_score,
    CAST(least(5, 1 + floor(5 * PERCENT_RANK() OVER (ORDER BY monetary))) AS INTEGER) AS m_score,
    average_order_value,
    products_per_order,
    orders,
    cancellations,
    first_purchase,
    last_purchase,
    country,
    region,
    taste,
    is_wholesale
FROM features
ORDER BY customer_id
