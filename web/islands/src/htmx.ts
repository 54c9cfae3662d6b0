/** htmx for pages that fetch parts of themselves. It runs under a policy that allows neither inline styles nor evaluated script. */
import htmx from 'htmx.org'

Object.assign(htmx.config, {
  includeIndicatorStyles: false,
  allowEval: false,
  allowScriptTags: false,
  historyCacheSize: 0, // no page of a customer stays in the browser's storage
  responseHandling: [
    { code: '204', swap: false },
    { code: '[23]..', swap: true },
    { code: '422', swap: true }, // a form that says what is wrong with it
    { code: '[45]..', swap: false, error: true },
  ],
})
