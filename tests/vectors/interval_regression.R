# How interval_regression.json was made: Rscript interval_regression.R > interval_regression.json
# Coefficients, sigma, log-likelihood and model-based standard errors are survival::survreg's.
# The cluster sandwich is built here from numerical derivatives of the likelihood, because the
# dfbeta residuals of survival 3.5-3 carry a wrong sign for log(scale) in interval rows (their
# sum at the maximum is 28.8, not 0), which survreg(cluster =) inherits.
library(survival)
d <- read.csv("interval_regression.csv")
d$log_density <- log(d$density)
d$period <- factor(d$period)
open <- d
open$score_low[open$region_code %in% c(110105, 110118)] <- NA
open$score_high[open$region_code == 110101] <- NA

numbers <- function(x) paste0("[", paste(sprintf("%.15g", x), collapse = ", "), "]")

case <- function(name, right, data) {
  f <- as.formula(paste('Surv(score_low, score_high, type = "interval2") ~', right))
  m <- survreg(f, data, dist = "gaussian",
               control = survreg.control(rel.tolerance = 1e-14, maxiter = 200))
  x <- model.matrix(as.formula(paste("~", right)), data)
  low <- ifelse(is.na(data$score_low), -Inf, data$score_low)
  high <- ifelse(is.na(data$score_high), Inf, data$score_high)
  row_likelihood <- function(p) {
    mu <- drop(x %*% p[-length(p)]); s <- exp(p[length(p)])
    ifelse(low == high, dnorm(low, mu, s, log = TRUE),
           log(pnorm((high - mu) / s) - pnorm((low - mu) / s)))
  }
  p <- c(coef(m), log(m$scale))
  score <- sapply(seq_along(p), function(j) {
    h <- replace(numeric(length(p)), j, 1e-5)
    (row_likelihood(p + h) - row_likelihood(p - h)) / 2e-5
  })
  sums <- rowsum(score, data$region_code)
  g <- nrow(sums)
  sandwich <- vcov(m) %*% crossprod(sums) %*% vcov(m) * g / (g - 1)
  k <- ncol(x)
  sprintf('  "%s": {"terms": [%s], "coef": %s, "sigma": %.15g, "log_likelihood": %.15g,\n    "se": %s,\n    "cr1_se": %s}',
          name, paste0('"', colnames(x), '"', collapse = ", "), numbers(coef(m)), m$scale,
          m$loglik[2], numbers(sqrt(diag(vcov(m)))[1:k]), numbers(sqrt(diag(sandwich))[1:k]))
}
cat('{"input": "interval_regression.csv",\n "produced_by": "', R.version.string, ", survival ",
    as.character(packageVersion("survival")), '",\n',
    ' "second": "lifelines 0.30.3, LogNormalAFTFitter.fit_interval_censoring on exp((score - 900) / 100): log_density -3.684671 (1.137370), sigma 13.182693",\n',
    ' "open_rule": "score_low is -inf in 110105 and 110118, score_high is inf in 110101",\n "expected": {\n', sep = "")
cat(case("density", "log_density + period", d),
    case("density_growth", "log_density + growth + period", d),
    case("density_hukou", "log_density + hukou_ratio + period", d),
    case("open", "log_density + period", open), sep = ",\n")
cat("}}\n")
