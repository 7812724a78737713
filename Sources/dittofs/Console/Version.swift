/// What `dittofs version` says and what every readiness line carries.
let dittofsVersion = "0.1.0"
