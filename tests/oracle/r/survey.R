# What R survey says of the samples in a folder; one "name,number" a line. Called by tests/oracle/test_r_survey.py.
suppressPackageStartupMessages(library(survey))
options(survey.lonely.psu = "fail", digits = 17)
folder <- commandArgs(TRUE)[1]
d <- read.csv(file.path(folder, "sample.csv"), stringsAsFactors = TRUE)
margins <- read.csv(file.path(folder, "margins.csv"))
out <- file(file.path(folder, "r.csv"), "w")
say <- function(name, x) cat(sprintf("%s,%.17g\n", name, as.numeric(x)), sep = "", file = out)
both <- function(name, m) say(name, c(coef(m), SE(m)))

designs <- list(
  plain = svydesign(ids = ~cl, strata = ~st, weights = ~w, nest = TRUE, data = d),
  fpc = svydesign(ids = ~cl, strata = ~st, weights = ~w, fpc = ~clusters, nest = TRUE, data = d),
  few = svydesign(ids = ~region, weights = ~w, data = d),
  flat = svydesign(ids = ~1, strata = ~st, weights = ~w, data = d))
for (name in names(designs)) {
  des <- designs[[name]]
  both(paste0(name, ":mean"), svymean(~y, des, na.rm = TRUE))
  both(paste0(name, ":share"), svymean(~b, des))
  both(paste0(name, ":total"), svytotal(~y, des, na.rm = TRUE))
  r <- svyratio(~y, ~x, des, na.rm = TRUE)
  say(paste0(name, ":ratio"), c(coef(r), SE(r)))
  both(paste0(name, ":by"), svyby(~y, ~g, des, svymean, na.rm = TRUE))
  both(paste0(name, ":by_total"), svyby(~b, ~g, des, svytotal))
  say(paste0(name, ":limits"), confint(svymean(~y, des, na.rm = TRUE), df = degf(subset(des, !is.na(y)))))
  say(paste0(name, ":logit"), confint(svyciprop(~b, des, method = "logit", df = degf(des))))
  for (p in c(0.1, 0.5, 0.8)) {
    q <- svyquantile(~y, des, p, na.rm = TRUE, qrule = "math", interval.type = "mean")
    say(paste0(name, ":q", p), c(coef(q), SE(q)))
  }
}

full <- subset(d, !is.na(y))
des <- svydesign(ids = ~cl, strata = ~st, weights = ~w, nest = TRUE, data = full)
take <- function(v) setNames(margins$total[margins$variable == v], margins$level[margins$variable == v])
ta <- take("a"); tk <- take("k")
population <- c(`(Intercept)` = sum(ta), ta[-1], tk[-1], age = margins$total[margins$variable == "age"])
names(population) <- c("(Intercept)", paste0("a", names(ta)[-1]), paste0("k", names(tk)[-1]), "age")
how <- list(linear = cal.linear, raking = cal.raking, logit = cal.logit)
jk <- as.svrepdesign(des, type = "JKn")
for (f in names(how)) {
  bounds <- if (f == "logit") c(0.2, 4) else c(-Inf, Inf)
  cal <- calibrate(des, ~a + k + age, population, calfun = how[[f]], bounds = bounds, epsilon = 1e-11, maxit = 500)
  both(paste0("cal_", f), svymean(~y, cal))
  say(paste0("weights_", f), weights(cal)[1:25])
}
raked <- rake(des, list(~a, ~k), list(data.frame(a = names(ta), Freq = ta), data.frame(k = names(tk), Freq = tk)),
  control = list(maxit = 500, epsilon = 1e-9))
both("rake", svymean(~y, raked))
post <- postStratify(des, ~a, data.frame(a = names(ta), Freq = ta))
both("poststratify", svymean(~y, post))
repcal <- calibrate(jk, ~a + k + age, population, calfun = cal.linear, epsilon = 1e-11)
both("jkn_linear", svymean(~y, repcal))

set.seed(as.integer(commandArgs(TRUE)[2]))
pairs <- subset(full, pair > 0)
two <- svydesign(ids = ~pair, strata = ~st, weights = ~w, nest = TRUE, data = pairs)
one <- svydesign(ids = ~clid, weights = ~w, data = full)
kinds <- list(JK1 = as.svrepdesign(one, type = "JK1"), JKn = jk, BRR = as.svrepdesign(two, type = "BRR"),
  Fay = as.svrepdesign(two, type = "Fay", fay.rho = 0.3), bootstrap = as.svrepdesign(des, type = "bootstrap", replicates = 60),
  subbootstrap = as.svrepdesign(des, type = "subbootstrap", replicates = 60))
for (k in names(kinds)) for (mse in c(FALSE, TRUE)) {
  rep <- kinds[[k]]
  rep$mse <- mse
  name <- paste0(k, if (mse) "_mse" else "")
  both(paste0(name, ":mean"), svymean(~y, rep))
  both(paste0(name, ":total"), svytotal(~y, rep))
  both(paste0(name, ":by"), svyby(~y, ~g, rep, svymean))
  if (mse) next
  say(paste0(k, ":scale"), rep$scale)
  say(paste0(k, ":rscales"), rep$rscales)
  say(paste0(k, ":df"), degf(rep))
  columns <- as.data.frame(weights(rep, type = "analysis"))
  names(columns) <- paste0("rep", seq_along(columns))
  write.csv(cbind(if (k %in% c("BRR", "Fay")) pairs else full, columns), file.path(folder, paste0(k, ".csv")), row.names = FALSE)
}
close(out)
